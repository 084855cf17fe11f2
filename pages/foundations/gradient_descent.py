"""Placeholder until the screen is here."""
import streamlit as st

st.title("Gradient descent")
