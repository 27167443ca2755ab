"""The rules of a meeting: who may do what, and what each person may publish, hear and see.

Pure: standard library only, no clock and no I/O. Time comes in as an argument.
"""
