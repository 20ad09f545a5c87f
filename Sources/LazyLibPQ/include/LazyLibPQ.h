// Nothing to declare: libpq.c defines what libpq's own header declares.
