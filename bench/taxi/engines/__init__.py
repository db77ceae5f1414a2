"""One module an engine, one function a job (see ../jobs.py); a job that an engine has no function for is skipped."""
