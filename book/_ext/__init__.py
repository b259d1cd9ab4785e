"""Extensions of Sphinx; `_config.yml` lists them and puts the project's folder on the path."""
