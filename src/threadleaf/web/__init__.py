"""The site: server-rendered pages that need no script. Everything shown comes from the service."""
