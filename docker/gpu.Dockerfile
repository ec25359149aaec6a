# muirf on an NVIDIA GPU, with JAX:
#     docker build -f docker/gpu.Dockerfile -t muirf:gpu .
# From the wheel that tests/run_release.sh leaves in dist/. CUDA comes with
# JAX's wheels; the host needs the driver and NVIDIA's container toolkit.
FROM python:3.11-slim

COPY constraints.txt dist/*.whl /tmp/install/
RUN pip install --no-cache-dir -c /tmp/install/constraints.txt \
        "$(echo /tmp/install/*.whl)[jax,serve,video]" "jax[cuda12]" \
    && rm -r /tmp/install

# Who restores files of strangers should have no rights.
RUN useradd --create-home muirf
USER muirf
WORKDIR /home/muirf
# Or JAX takes three quarters of the GPU's memory at once.
ENV KERAS_BACKEND=jax XLA_PYTHON_CLIENT_PREALLOCATE=false
EXPOSE 8000
ENTRYPOINT ["muirf"]
CMD ["--help"]
