"""The `taskyard/taskyard` provider: sandboxes and volumes of this machine."""
