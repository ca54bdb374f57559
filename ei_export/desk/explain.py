from flask import Blueprint

PAGE = Blueprint("explain", __name__, url_prefix="/uitleg")
