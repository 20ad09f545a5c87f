#pragma once
#include <histedit.h>
#include <stdio.h>
#include <unistd.h>

// el_set, el_get and history are variadic, which Swift cannot call. One shim for each form that memsh uses.

/// Starts an editor that reads standard input and shows the line on standard error, through a stream of its own that
/// is buffered: results alone go to standard output.
static inline EditLine *memsh_el_init(const char *name) {
  FILE *screen = fdopen(dup(STDERR_FILENO), "w");
  return screen == NULL ? NULL : el_init(name, stdin, screen, stderr);
}

typedef char *(*memsh_el_prompt_callback)(EditLine *editor);

/// Sets the function that returns the prompt; what stands between two `escape` characters covers no column.
static inline int memsh_el_set_prompt(EditLine *editor, memsh_el_prompt_callback callback, char escape) {
  return el_set(editor, EL_PROMPT_ESC, callback, escape);
}

typedef unsigned char (*memsh_el_function)(EditLine *editor, int character);

/// Adds an editor command that keys can be bound to.
static inline int memsh_el_add_function(EditLine *editor, const char *name, const char *help, memsh_el_function body) {
  return el_set(editor, EL_ADDFN, name, help, body);
}

/// Sets the client data that callbacks fetch with memsh_el_get_client_data.
static inline int memsh_el_set_client_data(EditLine *editor, void *data) {
  return el_set(editor, EL_CLIENTDATA, data);
}

/// Returns the client data, or NULL.
static inline void *memsh_el_get_client_data(EditLine *editor) {
  void *data = NULL;
  return el_get(editor, EL_CLIENTDATA, &data) == 0 ? data : NULL;
}

/// Chooses the editing mode, "emacs" or "vi".
static inline int memsh_el_set_editor(EditLine *editor, const char *mode) {
  return el_set(editor, EL_EDITOR, mode);
}

/// Returns the editing mode, "emacs" or "vi".
static inline const char *memsh_el_get_editor(EditLine *editor) {
  const char *mode = NULL;
  return el_get(editor, EL_EDITOR, &mode) == 0 && mode != NULL ? mode : "emacs";
}

/// Sets the function that waits for the next character.
static inline int memsh_el_set_reader(EditLine *editor, el_rfunc_t reader) {
  return el_set(editor, EL_GETCFN, reader);
}

/// Takes the terminal over again after somebody else may have changed its modes, and draws the line anew.
///
/// libedit leaves the modes alone while it believes that they are its own: it gives them back first.
static inline void memsh_el_redraw(EditLine *editor) {
  el_set(editor, EL_PREP_TERM, 0);
  el_set(editor, EL_PREP_TERM, 1);
  el_resize(editor);
  el_set(editor, EL_REFRESH);
}

/// Binds a key sequence to an editor command.
static inline int memsh_el_bind(EditLine *editor, const char *key, const char *command) {
  return el_set(editor, EL_BIND, key, command, NULL);
}

/// Binds a key sequence in vi's command mode.
static inline int memsh_el_bind_command_mode(EditLine *editor, const char *key, const char *command) {
  return el_set(editor, EL_BIND, "-a", key, command, NULL);
}

/// Connects a history to the editor.
static inline int memsh_el_set_history(EditLine *editor, History *events) {
  return el_set(editor, EL_HIST, history, events);
}

/// Sets how many lines a history keeps.
static inline int memsh_history_set_size(History *events, int count) {
  HistEvent event;
  return history(events, &event, H_SETSIZE, count);
}

/// Adds one line to a history.
static inline int memsh_history_enter(History *events, const char *line) {
  HistEvent event;
  return history(events, &event, H_ENTER, line);
}
