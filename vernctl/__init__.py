"""vernctl: migration-as-code for customer data imports."""

__version__ = "0.1.0"
