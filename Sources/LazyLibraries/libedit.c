#ifdef __APPLE__
#include "include/LazyLibraries.h"
const char *memsh_libedit_refusal(void) { return 0; }
#else
// Debian's name, and everybody else's.
#define LIBRARIES "libedit.so.2", "libedit.so.0"
#define NEWEST "el_wgetc"
#define REFUSAL memsh_libedit_refusal
#include "forward.h"
#include "../CLibEdit/shim.h"

FORWARD(int, el_cursor, (EditLine *editor, int count), (editor, count))
FORWARD(void, el_deletestr, (EditLine *editor, int count), (editor, count))
FORWARD(void, el_end, (EditLine *editor), (editor))
FORWARD(const char *, el_gets, (EditLine *editor, int *count), (editor, count))
FORWARD(
    EditLine *, el_init, (const char *name, FILE *input, FILE *output, FILE *errors), (name, input, output, errors))
FORWARD(int, el_insertstr, (EditLine *editor, const char *text), (editor, text))
FORWARD(const LineInfo *, el_line, (EditLine *editor), (editor))
FORWARD(void, el_resize, (EditLine *editor), (editor))
FORWARD(int, el_source, (EditLine *editor, const char *path), (editor, path))
FORWARD(int, el_wgetc, (EditLine *editor, wchar_t *character), (editor, character))
FORWARD(void, history_end, (History *events), (events))
FORWARD(History *, history_init, (void), ())
FORWARD_WORDS(int, el_get, (EditLine *editor, int operation, ...), (editor, operation, WORDS), operation, 1)
FORWARD_WORDS(int, el_set, (EditLine *editor, int operation, ...), (editor, operation, WORDS), operation, 4)
FORWARD_WORDS(
    int, history, (History *events, HistEvent *event, int operation, ...), (events, event, operation, WORDS), operation,
    1)
#endif
