#pragma once
#include <histedit.h>
#include <stdio.h>

// el_set, el_get and history are variadic, which Swift cannot call. One shim for each form that memsh uses.

/// Starts an editor on the standard streams, which Swift sees as unsafe global variables.
static inline EditLine *memsh_el_init(const char *name) {
  return el_init(name, stdin, stdout, stderr);
}

typedef char *(*memsh_el_prompt_callback)(EditLine *editor);

/// Sets the function that returns the prompt.
static inline int memsh_el_set_prompt(EditLine *editor, memsh_el_prompt_callback callback) {
  return el_set(editor, EL_PROMPT, callback);
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

/// Lets libedit restore the terminal when a signal arrives.
static inline int memsh_el_set_signal(EditLine *editor, int enabled) {
  return el_set(editor, EL_SIGNAL, enabled);
}

/// Binds a key sequence to an editor command.
static inline int memsh_el_bind(EditLine *editor, const char *key, const char *command) {
  return el_set(editor, EL_BIND, key, command, NULL);
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
