"""The only package that knows every app: settings, urls, system checks, wsgi, the commands that start the site."""
