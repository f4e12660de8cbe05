"""All traffic to other people's servers: `door` is the only way out, `drive` runs a source's steps through it."""
