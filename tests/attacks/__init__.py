"""
Attacks on the portal: hostile requests, hostile modules, and faults of the machine.

Each file is one kind of attack, over HTTP against the real server or as a module in the real sandbox. What is asserted
does not depend on time: places free, memory, rows, states, bytes sent, who was answered. A test marked `whole` repeats
an attack in its full size, and runs with `make attacks` alone; `record_property(name, value)` shows a figure there.
"""
