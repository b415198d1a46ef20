"""The module registry that Terraform sees on loopback as registry.coder.com."""
