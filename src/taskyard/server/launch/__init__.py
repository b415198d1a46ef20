"""What stands around the application: its address, its database, its provisioners."""
