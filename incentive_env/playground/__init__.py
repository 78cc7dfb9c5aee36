"""The playground: a laboratory, a game and a view of the floor, served to browsers here (extra `playground`)."""
