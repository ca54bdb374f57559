from flask import Blueprint

PAGE = Blueprint("answers", __name__, url_prefix="/antwoorden")
