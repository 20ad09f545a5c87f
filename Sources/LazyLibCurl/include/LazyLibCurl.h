// Nothing to declare: libcurl.c defines what libcurl's own header declares.
