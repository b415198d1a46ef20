"""Sandboxd: the supervisor of one workspace, a small program of its own.

It is started once per workspace and outlives the server and the provisioner. Only the
standard library is imported here, and only its light part (no asyncio, ssl, dataclasses,
logging): a host with a hundred workspaces runs a hundred of these. Hence also threads
with blocking sockets: measured 11 MB against 16 MB for asyncio without TLS.
"""
