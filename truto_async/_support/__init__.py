"""Support: small tools that know nothing of Truto or HTTP."""
