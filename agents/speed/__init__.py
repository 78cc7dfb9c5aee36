"""How fast the simulator is: measured beside a reference loop and other environments, and guarded against losses."""
