"""What tests of several folders share.

For tests against a running server:  `server` (a real `pulpo serve` in a process of its own), `demo` (chats with it)
For tests that need more than pip:   `parts` (skip, or fail where the run promises the part)
For tests of what is written:        `documents` (the Markdown pages, their code blocks and links)
"""
