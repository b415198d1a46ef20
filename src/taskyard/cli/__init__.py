"""Program 4: the command line. One file a command group, loaded when it is called."""
