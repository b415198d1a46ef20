"""The LLM gateway: agents get a key of their task, vendors' keys stay in the server.

Requests pass through byte for byte. Without a vendor's key the demo model answers.
"""
