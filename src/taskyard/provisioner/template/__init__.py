"""Templates as files: unpacking, what can be seen without Terraform, modules."""
