from flask import Blueprint

PAGE = Blueprint("actions", __name__, url_prefix="/acties")
