"""The provisioner: imports templates and builds workspaces with Terraform."""
