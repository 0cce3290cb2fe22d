"""The bot. What the libraries below read from the environment is settled here, before any of them is imported."""

import os

QUIET = {  # nothing phones home, no model is looked up on a hub, and numpy leaves the cores to the model
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "TOKENIZERS_PARALLELISM": "false",
    "OPENBLAS_NUM_THREADS": "1",
}

os.environ.update(QUIET)
