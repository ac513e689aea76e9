print("kan: the command line is under construction")
