// Nothing to declare: the files define what the libraries' own headers declare.
