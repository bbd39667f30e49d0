"""The sample practice: three clinics, about four hundred patients and a year of all that billing can do.

`people`, `crowd` and `wares` say who and what there is, `scenes`, `followed`, `stories`, `rarities`, `office` and
`year` what happens to them as deeds: data, and the same from the same seed. `telling` has the verbs behind the deeds,
`living` lets the time pass in which they are done.
"""
