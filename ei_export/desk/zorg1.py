from flask import Blueprint

PAGE = Blueprint("zorg1", __name__, url_prefix="/zorg1")
