"""`python -m moonwire` (a wheel) and `python -m scheduler` (a checkout)."""

from moonwire import main

if __name__ == "__main__":
    main()
