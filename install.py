"""Creates .venv and installs Frontline in it: `python3 install.py [--dev]`.

Standard library only, and written so that an older Python can read it far enough to be told what is missing.
Safe to call again: what is already there stays, what was interrupted is finished.
"""

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "frontline-installed.json"
OLDEST, NEWEST = (3, 11), (3, 13)
TORCH = "2.13.0"
GOOD_PIP = 26  # older ones compare every file of an index with every tag: minutes instead of seconds
QUICK = ("--timeout", "10", "--retries", "1")
CPU_HOST = "download.pytorch.org"
CPU_INDEX = "https://" + CPU_HOST + "/whl/cpu"
TELL_FROM_MB = 20
IMPORTED = (  # by Frontline, two processes' work
    "bot.wiring, bot.demo, bot.doctor, sandbox.__main__, chromadb, langchain.chat_models, markitdown, onnx,"
    " matplotlib.figure",
    "sentence_transformers",
)

# What pip prints when something outside Python is missing, and what to do about it.
REMEDIES = [
    (
        r"Python\.h: No such file|command '[\w./+-]*(gcc|cc|clang|c\+\+|g\+\+)[\w.-]*' failed: No such file"
        r"|unable to execute '[\w./+-]*(cc|c\+\+|clang)|Unknown compiler\(s\)|No CMAKE_C(XX)?_COMPILER"
        r"|linker `cc` not found",
        "A package had to be compiled and the compiler or the Python headers are missing.\n"
        "  Debian, Ubuntu: sudo apt-get install build-essential {python}-dev\n"
        "  macOS:          xcode-select --install",
    ),
    (r"No space left on device", "The disk is full. Frontline needs about 2 GB."),
    (
        r"Temporary failure in name resolution|NewConnectionError|ConnectTimeoutError|ProxyError|Network is unreach",
        "The package index could not be reached. Check the network, or name your own index or folder of packages in\n"
        "  pip's settings (PIP_INDEX_URL, PIP_FIND_LINKS).",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED",
        "The index's certificate is not trusted. Point PIP_CERT at your company's CA bundle.",
    ),
]


class Stopped(Exception):
    """The installation cannot go on; the message says why and what to do."""


def main(arguments: "list[str]") -> int:
    if set(arguments) - {"--dev"}:
        print("usage: python3 install.py [--dev]", file=sys.stderr)
        return 2
    try:
        install(["dev"] if "--dev" in arguments else [])
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command carries on from here.", file=sys.stderr)
        return 130
    return 0


def install(extras: "list[str]") -> None:
    """Brings .venv to what pyproject.toml and constraints.txt ask for; does nothing when it is there already."""
    check_python()
    wanted, stamp = fingerprint(), read_stamp()
    if any(stamp == {"fingerprint": wanted, "extras": held} for held in (extras, ["dev"])) and runs():
        return
    make_venv()
    STAMP.unlink(missing_ok=True)
    renew_pip()
    install_torch()
    say("Installing Frontline and what it stands on (constraints.txt) …")
    target = ".[{}]".format(",".join(extras)) if extras else "."
    pip("install", "-c", "constraints.txt", "-e", target)
    compile_imports()
    STAMP.write_text(json.dumps({"fingerprint": wanted, "extras": extras}), encoding="utf-8")
    say("Installed in .venv.")


def check_python() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise Stopped(
            "Frontline needs Python 3.11, 3.12 or 3.13; this is {}.{} ({}).\n"
            "  Debian, Ubuntu: sudo apt-get install python3.12 python3.12-venv\n"
            "  macOS:          brew install python@3.12\n"
            "  then:           make PYTHON=python3.12 run".format(*sys.version_info[:2], sys.executable)
        )


def fingerprint() -> str:
    """Changes with anything that asks for another installation, the place of the checkout included."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [str(ROOT), TORCH, project, (ROOT / "constraints.txt").read_text(encoding="utf-8")]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def read_stamp() -> object:
    """What the last completed installation wrote; None when there was none."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def venv_python() -> Path:
    return VENV / "bin" / "python"


def runs(code: str = "") -> bool:
    """Whether the environment's Python exists, has the right version and runs this code."""
    check = f"import sys; assert {OLDEST} <= sys.version_info[:2] <= {NEWEST}; {code}"
    try:
        return subprocess.run([str(venv_python()), "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    """A working environment with pip; one that was left half made is made again."""
    if runs("import pip"):
        return
    try:
        import ensurepip  # noqa: F401  # Debian leaves it out of python3
        import venv
    except ImportError as missing:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise Stopped(
            f"This Python cannot make a virtual environment: its module '{missing.name}' is missing.\n"
            f"  Debian, Ubuntu: sudo apt-get install python3-venv   (or {package})\n"
            "  then:           the same command again"
        ) from None
    say("Making the virtual environment .venv with Python {}.{} …".format(*sys.version_info[:2]))
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists(), symlinks=True)
    except (OSError, subprocess.CalledProcessError) as failed:
        raise Stopped(f"The virtual environment could not be made in {VENV}: {failed}") from None


def renew_pip() -> None:
    """A pip that is quick; where none is to be had, the one that came with Python serves."""
    if runs(f"from importlib.metadata import version; assert int(version('pip').split('.')[0]) >= {GOOD_PIP}"):
        return
    try:
        pip("install", "-c", "constraints.txt", "--upgrade", "pip", *QUICK)
    except Stopped:
        say("No newer pip could be had; the one that came with Python takes a few minutes longer.")


def install_torch() -> None:
    """torch in a step of its own: PyTorch's CPU index first, because the public one brings GPU packages along."""
    if runs(f"from importlib.metadata import version; assert version('torch').split('+')[0] == '{TORCH}'"):
        return
    if within_reach():
        say(f"Installing torch {TORCH} from PyTorch's CPU index …")
        try:
            # Its dependencies come with the constraints file; the CPU index holds only some versions of them.
            pip("install", "--no-deps", f"torch=={TORCH}", "--index-url", CPU_INDEX, *QUICK)
            return
        except Stopped:
            say("That did not work; taking torch from the usual index.")
    else:
        say(f"PyTorch's CPU index ({CPU_HOST}) cannot be reached; taking torch from the usual index.")
    say(f"Installing torch {TORCH} …")
    pip("install", "-c", "constraints.txt", f"torch=={TORCH}")
    tell_gpu_packages()


def within_reach() -> bool:
    """A quick look, so that an unreachable index costs seconds; with a proxy only pip can tell."""
    from urllib.request import getproxies, proxy_bypass

    if getproxies().get("https") and not proxy_bypass(CPU_HOST):
        return True
    for _ in range(2):
        try:
            socket.create_connection((CPU_HOST, 443), timeout=3).close()
            return True
        except OSError:
            continue
    return False


def tell_gpu_packages() -> None:
    """Says that GPU packages were pulled and how large they are: they surprise people on machines with no GPU."""
    installed = VENV.glob("lib/python*/site-packages/*")
    came = [path for path in installed if path.name.startswith(("nvidia", "triton", "cuda"))]
    found = sorted(path.name.split("-")[0] for path in came if path.suffix == ".dist-info")
    if not found:
        return
    size = sum(file.stat().st_size for path in came for file in path.rglob("*") if file.is_file())
    say(
        f"Note: torch from this index brought {len(found)} GPU packages along ({found[0]}, …; {size / 1e9:.1f} GB).\n"
        f"  They do no harm without a GPU. To be rid of them, delete .venv and install where {CPU_HOST} is reachable."
    )


def compile_imports() -> None:
    """Has Python keep the compiled form of what Frontline imports: a tenth of the files that pip would compile.

    Done here, because a Python that is told to keep nothing (PYTHONDONTWRITEBYTECODE) would do it at every start.
    """
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    how = {"cwd": ROOT, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    importing = [subprocess.Popen([str(venv_python()), "-c", f"import {names}"], **how) for names in IMPORTED]
    for each in importing:
        each.wait()  # what fails here is told where it is used


def pip(*arguments: str) -> None:
    """Runs pip with the user's own pip settings, tells of large downloads only, and explains a failure."""
    command = [str(venv_python()), "-m", "pip", *arguments, "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "--no-compile"]  # see compile_imports
    lines: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            tell_progress(lines[-1])
    if process.returncode != 0:
        raise Stopped(explain(lines))


def tell_progress(line: str) -> None:
    download = re.match(r"\s*Downloading (\S+?)(-\d\S*)? \(([\d.]+) (MB|GB)\)", line)
    if download and (download[4] == "GB" or float(download[3]) >= TELL_FROM_MB):
        say(f"  downloading {download[1].rsplit('/', 1)[-1]} ({download[3]} {download[4]})")
    elif line.startswith("Installing collected packages:"):
        say(f"  putting {line.count(',') + 1} packages in place")


def explain(lines: "list[str]") -> str:
    """pip's last words, then what to do about them where we know."""
    output = "\n".join(lines)
    python = "python{}.{}".format(*sys.version_info[:2])
    advice = [remedy.format(python=python) for pattern, remedy in REMEDIES if re.search(pattern, output)]
    return "\n".join([*lines[-25:], "", "The installation stopped: pip failed (its last lines are above).", *advice])


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
