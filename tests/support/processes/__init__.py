"""A container engine, and compose, whose containers are processes of this machine: for deployments that CI can repeat.

scripts/deploy.sh finds `podman` and `docker-compose` on PATH as anywhere. An image is a copy of the sources that it was
built from; a container is a real `pulpo serve` of that copy, or a real nginx; a container's name leads to its process'
port. What they are told is what compose.yaml says. What only containers have (users, read-only roots, networks) is not
here: tests/rehearsal shows it. PostgreSQL and Valkey are there already; "starting" one notes that it was asked for.

`installing` is for whoever deploys, `house` keeps images and containers, `__main__` is the two commands.
"""
