import os

from django.core.wsgi import get_wsgi_application

from lib.statements import limit_time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
limit_time()
