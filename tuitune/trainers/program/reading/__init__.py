"""WHAT A PROGRAM PRINTS, read as a person would: bytes in, reports out, in bounded memory.

The stages, each tested alone: `states` (a terminal's line as it is rewritten), `prefix` (dates,
levels, loggers), `objects`, `tables`, `pairs` (three shapes of a line), `counters` (which epoch),
`lines` (one stream of states to lines with numbers), `choice` (which of them was asked for),
`reports` (lines to one report an epoch), `reader` (all of it, for two streams).
Imports `trainers/metrics` alone. Called by `executors/commands` and the probe.
Tests: tests/trainers/program/reading/.
"""
