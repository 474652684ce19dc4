"""The reviewer's conversation: on a terminal, or in a browser on this machine."""
