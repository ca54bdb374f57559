from flask import Blueprint

PAGE = Blueprint("files", __name__, url_prefix="/bestanden")
