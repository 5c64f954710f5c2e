"""What the emulator shows to be wrong."""


class EmulatorError(Exception):
    """The stack does not do what it should, or could not be made; the message says what, for people."""
