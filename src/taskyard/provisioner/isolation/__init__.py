"""Isolation: workspaces that share a machine and nothing else."""
