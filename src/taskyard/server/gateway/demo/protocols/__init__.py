"""Vendors' protocols as the demo model speaks them: read a request, write an answer."""
