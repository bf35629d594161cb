"""Getting raw exports onto the disk, whole or not at all."""
