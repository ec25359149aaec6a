# muirf on a CPU, with JAX:  docker build -f docker/cpu.Dockerfile -t muirf .
# From the wheel that tests/run_release.sh leaves in dist/.
FROM python:3.11-slim

COPY constraints.txt dist/*.whl /tmp/install/
RUN pip install --no-cache-dir -c /tmp/install/constraints.txt \
        "$(echo /tmp/install/*.whl)[jax,serve,video]" \
    && rm -r /tmp/install

# Who restores files of strangers should have no rights.
RUN useradd --create-home muirf
USER muirf
WORKDIR /home/muirf
ENV KERAS_BACKEND=jax
EXPOSE 8000
ENTRYPOINT ["muirf"]
CMD ["--help"]
