"""What the stories need: a server to talk to, clients, disks and an origin to import from."""
