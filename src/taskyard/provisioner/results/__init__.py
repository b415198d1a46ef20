"""From Terraform's state or plan to what the server keeps."""
