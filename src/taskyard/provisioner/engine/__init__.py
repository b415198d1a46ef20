"""Terraform as a program: which one, how it is run, what it says."""
