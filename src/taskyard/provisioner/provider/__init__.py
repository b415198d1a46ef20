"""Terraform providers served from this process: a small SDK and the two providers."""
