"""Random programs × random recipes: at which rate does LLVM crash, hang or make wrong code, and with what?

`programs.py` says where programs come from (`csmith.py` runs Csmith), `target.py` gets one ready, `shots.py` fires
recipes at it, `campaign.py` goes through them all and resumes, `record.py` keeps what came out. `defects.py` looks into
failures: they are reduced (`reduction.py`, `shrink.py`), told apart (`signature.py`) and filed as folders that replay
(`filing.py`); `table.py` adds up. The command is `passwright campaign`; method and figures are in docs/fuzzing.md.
"""
