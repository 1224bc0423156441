#!/usr/bin/env python3
"""Makes src/main/resources/dev/nacre/similarity/cuda/similarity.ptx from similarity.cu; needs no GPU.

    pip install --target DIR nvidia-cuda-nvrtc==13.0.88 nvidia-cuda-nvcc
    python3 compile.py DIR

The text is lowered to PTX 6.3, the oldest version for sm_75, so that old drivers accept it; when ptxas is there, it
must accept it for every architecture it knows.
"""
import ctypes
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent / "resources/dev/nacre/similarity/cuda/similarity.ptx"
ARCHITECTURES = ["sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"]


def compile_ptx(root: pathlib.Path) -> str:
    for builtins in root.rglob("libnvrtc-builtins.so.*"):
        ctypes.CDLL(str(builtins), mode=ctypes.RTLD_GLOBAL)
    nvrtc = ctypes.CDLL(str(next(p for p in root.rglob("libnvrtc.so.*") if "alt" not in p.name)))
    program = ctypes.c_void_p()
    source = (HERE / "similarity.cu").read_bytes()
    check(nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, b"similarity.cu", 0, None, None))
    options = (ctypes.c_char_p * 2)(b"--gpu-architecture=compute_75", b"--std=c++17")
    result = nvrtc.nvrtcCompileProgram(program, len(options), options)
    size = ctypes.c_size_t()
    check(nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size)))
    log = ctypes.create_string_buffer(size.value)
    check(nvrtc.nvrtcGetProgramLog(program, log))
    print(log.value.decode(), end="")
    check(result)
    check(nvrtc.nvrtcGetPTXSize(program, ctypes.byref(size)))
    ptx = ctypes.create_string_buffer(size.value)
    check(nvrtc.nvrtcGetPTX(program, ptx))
    return ptx.value.decode()


def check(result: int) -> None:
    if result != 0:
        sys.exit(f"nvrtc failed with {result}")


def main() -> None:
    root = pathlib.Path(sys.argv[1])
    ptx = compile_ptx(root)
    ptx = re.sub(r"^\.version .*$", ".version 6.3", ptx, flags=re.MULTILINE)
    # Comments name the compiler's build; they say nothing about the code.
    ptx = re.sub(r"^\s*//.*\n", "", ptx, flags=re.MULTILINE).strip() + "\n"
    for ptxas in root.rglob("ptxas"):
        with tempfile.NamedTemporaryFile("w", suffix=".ptx") as file:
            file.write(ptx)
            file.flush()
            for architecture in ARCHITECTURES:
                subprocess.run([ptxas, "-arch", architecture, "-o", "/dev/null", file.name], check=True)
        print(f"ptxas accepts it for {', '.join(ARCHITECTURES)}")
    TARGET.write_text(ptx)
    print(f"wrote {TARGET.name}, {len(ptx)} characters")


if __name__ == "__main__":
    main()
